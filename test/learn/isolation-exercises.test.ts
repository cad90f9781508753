import { holdExercises } from "./hold-exercises.js";
import * as answers from "./isolation-answers.js";

holdExercises("2.2", answers);
