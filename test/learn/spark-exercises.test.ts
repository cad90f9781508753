import { holdExercises } from "./hold-exercises.js";
import * as answers from "./spark-answers.js";

holdExercises("3.4.2", answers);
